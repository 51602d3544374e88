// Names that the program gave, as ui/language/given.py has them; others stay as people wrote them.
// As data: written in characters they would be put into English.
const GIVEN = new Map([
  ["\u9ed8\u8ba4\u6587\u96c6", "默认文集"],
  ["\u793a\u4f8b\u7248\u9762\u7684\u95ee\u9898", "示例版面的问题"],
]);

export const shown = (name) => GIVEN.get(name) ?? name;
