// Names that the program gave, as ui/language/given.py has them; others stay as people wrote them.
const UNNAMED = "\u9ed8\u8ba4\u6587\u96c6"; // as data: written in characters it would be put into English

export const shown = (name) => (name === UNNAMED ? "默认文集" : name);
