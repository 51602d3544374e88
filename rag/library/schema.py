"""The tables of `library.sqlite3`: the steps that lead from an empty file to today's form."""

from __future__ import annotations

from rag.library.seals import sealing

DATABASE = "library.sqlite3"

_ARTICLES_AND_PASSAGES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE sources (
    id INTEGER PRIMARY KEY, path TEXT NOT NULL, input TEXT NOT NULL, name TEXT NOT NULL,
    sha256 TEXT NOT NULL, encoding TEXT NOT NULL, text TEXT NOT NULL, UNIQUE (path, sha256));
CREATE TABLE articles (
    rowid INTEGER PRIMARY KEY, article_id TEXT NOT NULL, source INTEGER NOT NULL REFERENCES sources,
    position INTEGER NOT NULL, record TEXT NOT NULL, born INTEGER NOT NULL, died INTEGER);
CREATE UNIQUE INDEX live_articles ON articles (article_id) WHERE died IS NULL;
CREATE INDEX articles_of_source ON articles (source);
CREATE TABLE passages (
    id INTEGER PRIMARY KEY, article INTEGER NOT NULL REFERENCES articles, record TEXT NOT NULL,
    digest TEXT NOT NULL, born INTEGER NOT NULL, died INTEGER);
CREATE INDEX passages_of_article ON passages (article);
CREATE INDEX passages_born ON passages (born);
CREATE INDEX passages_died ON passages (died) WHERE died IS NOT NULL;
CREATE TABLE vectors (
    digest TEXT NOT NULL, model TEXT NOT NULL, dimension INTEGER NOT NULL, matrix BLOB NOT NULL,
    UNIQUE (digest, model));
CREATE TABLE inputs (
    path TEXT PRIMARY KEY, sha256 TEXT NOT NULL, recipe TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO meta VALUES ('generation', '0');
"""

_CORRECTIONS = """
CREATE TABLE corrections (
    sha256 TEXT NOT NULL, anchor INTEGER NOT NULL, article_id TEXT NOT NULL, record TEXT NOT NULL,
    PRIMARY KEY (sha256, anchor)) WITHOUT ROWID;
"""

_PAGES = """
CREATE TABLE places (source INTEGER PRIMARY KEY REFERENCES sources, runs BLOB NOT NULL);
CREATE TABLE originals (sha256 TEXT PRIMARY KEY, kind TEXT NOT NULL, data BLOB NOT NULL);
"""

# `stamps`: an input's bytes as of a size and times, so that it need not be hashed again.
# `reprint_group`: the row of the group's first article; `bands` finds articles to compare.
_REPRINTS_AND_STAMPS = """
ALTER TABLE sources ADD COLUMN recipe TEXT NOT NULL DEFAULT '';
CREATE INDEX sources_of_input ON sources (input);
CREATE INDEX sources_of_hash ON sources (sha256);
CREATE INDEX inputs_of_hash ON inputs (sha256);
CREATE TABLE stamps (
    path TEXT PRIMARY KEY, stamp TEXT NOT NULL, sha256 TEXT NOT NULL) WITHOUT ROWID;
ALTER TABLE articles ADD COLUMN reprint_group INTEGER;
CREATE INDEX articles_of_group ON articles (reprint_group);
CREATE TABLE signatures (article INTEGER PRIMARY KEY REFERENCES articles, hashes BLOB NOT NULL);
CREATE TABLE bands (
    band INTEGER NOT NULL, article INTEGER NOT NULL, PRIMARY KEY (band, article)) WITHOUT ROWID;
"""

# What lists show of each row of `articles`, apart from the texts, to be counted quickly.
_HEADS = """
CREATE TABLE heads (
    article INTEGER PRIMARY KEY REFERENCES articles, article_id TEXT NOT NULL, title TEXT NOT NULL,
    newspaper TEXT, day TEXT, page TEXT, authors TEXT NOT NULL, born INTEGER NOT NULL,
    died INTEGER);
INSERT INTO heads SELECT rowid, article_id, json_extract(record, '$.title'),
    json_extract(record, '$.newspaper'), json_extract(record, '$.date'),
    json_extract(record, '$.page'), json_extract(record, '$.authors'), born, died FROM articles;
CREATE INDEX heads_by_day ON heads (day, newspaper, page, born, died);
CREATE INDEX heads_by_newspaper ON heads (newspaper, born, died);
"""

# `ranges`: JSON, [start, end, reason] each: characters of the source that no article has.
_LEFT_OUT = """
CREATE TABLE left_out (source INTEGER PRIMARY KEY REFERENCES sources, ranges TEXT NOT NULL);
"""

# `identity` stays with a library and its copies; each commit has a mark of its own, so that what
# was derived from another library, or from a history that was undone, does not pass for derived
# from this one. `checksum`: SQLite's own check does not look into values.
_HISTORY = """
INSERT INTO meta VALUES ('identity', lower(hex(randomblob(16))));
CREATE TABLE commits (generation INTEGER PRIMARY KEY, mark TEXT NOT NULL);
INSERT INTO commits SELECT CAST(value AS INTEGER), lower(hex(randomblob(8)))
    FROM meta WHERE key = 'generation';
ALTER TABLE vectors ADD COLUMN checksum INTEGER;
UPDATE vectors SET checksum = crc32(matrix);
"""

# Rows of `collections` are born and die like others: one of several with the same id is its name
# now. Each article is in one collection, by its id, so that what replaces its row stays there.
# `bin`: rows of articles that were removed and can be put back; `recipe` and `input_recipe` are
# those that their source and input file had, see `inputs`.
_SHELVES = """
CREATE TABLE collections (
    id INTEGER NOT NULL, name TEXT NOT NULL, born INTEGER NOT NULL, died INTEGER);
CREATE UNIQUE INDEX live_collections ON collections (id) WHERE died IS NULL;
CREATE UNIQUE INDEX live_collection_names ON collections (name) WHERE died IS NULL;
INSERT INTO collections VALUES (1, '默认文集', 0, NULL);
CREATE TABLE memberships (
    article_id TEXT NOT NULL, collection INTEGER NOT NULL, born INTEGER NOT NULL, died INTEGER);
CREATE UNIQUE INDEX live_memberships ON memberships (article_id) WHERE died IS NULL;
CREATE INDEX memberships_by_article ON memberships (article_id);
CREATE INDEX memberships_by_collection ON memberships (collection, article_id, born, died);
INSERT INTO memberships SELECT DISTINCT article_id, 1, 0, NULL FROM articles;
CREATE TABLE tagged (
    article_id TEXT NOT NULL, tag TEXT NOT NULL, born INTEGER NOT NULL, died INTEGER);
CREATE UNIQUE INDEX live_tags ON tagged (article_id, tag) WHERE died IS NULL;
CREATE INDEX tagged_by_tag ON tagged (tag, article_id, born, died);
CREATE TABLE bin (
    article INTEGER PRIMARY KEY REFERENCES articles, removed_at INTEGER NOT NULL,
    recipe TEXT NOT NULL, input_recipe TEXT NOT NULL);
ALTER TABLE heads ADD COLUMN characters INTEGER NOT NULL DEFAULT 0;
UPDATE heads SET characters = (
    SELECT coalesce(sum(length(json_extract(value, '$[0]'))), 0)
    FROM articles a, json_each(a.record, '$.paragraphs') WHERE a.rowid = heads.article);
CREATE INDEX heads_by_id ON heads (article_id);
"""

# What the list of articles is sought and counted by: the row of the source, its name and suffix,
# the group of reprints, and all that is looked up in a list as one folded text.
_CATALOGUE = """
ALTER TABLE heads ADD COLUMN source INTEGER NOT NULL DEFAULT 0;
ALTER TABLE heads ADD COLUMN file TEXT NOT NULL DEFAULT '';
ALTER TABLE heads ADD COLUMN format TEXT NOT NULL DEFAULT '';
ALTER TABLE heads ADD COLUMN alike INTEGER NOT NULL DEFAULT 0;
ALTER TABLE heads ADD COLUMN sought TEXT NOT NULL DEFAULT '';
UPDATE heads SET (source, alike) = (
    SELECT source, coalesce(reprint_group, rowid) FROM articles a WHERE a.rowid = heads.article);
UPDATE heads SET file = (SELECT name FROM sources WHERE id = heads.source);
UPDATE heads SET format = suffix(file), sought = folded(
    title || ' ' || authors || ' ' || coalesce(newspaper, '') || ' ' || coalesce(day, '')
    || ' ' || file);
CREATE INDEX heads_counted ON heads (newspaper, day, format) WHERE died IS NULL;
CREATE INDEX heads_alike ON heads (alike) WHERE died IS NULL;
CREATE INDEX heads_of_file ON heads (file) WHERE died IS NULL;
"""

# With `died` and `article` in it the list is counted and sorted from the index alone.
_LISTED = """
DROP INDEX heads_counted;
CREATE INDEX heads_listed ON heads (newspaper, day, format, died, article) WHERE died IS NULL;
"""

STEPS = (
    _ARTICLES_AND_PASSAGES,
    _CORRECTIONS,
    _PAGES,
    _REPRINTS_AND_STAMPS,
    _HEADS,
    _LEFT_OUT,
    _HISTORY,
    _SHELVES,
    _CATALOGUE,
    _LISTED,
    sealing(),
)
"""Version n of the file is what the first n steps make; a released step never changes.

`crc32(blob)`, `folded(text)`, `suffix(name)`, `seal(…)` and `sealed(…)` are ours: see `Database`.
"""
