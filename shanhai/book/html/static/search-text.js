/* How texts are compared in search; fold() and CharacterSearch.split() of search.py do the same.
   Part of Sphinx's language_data.js on the search page, loaded by itself on the others. */

/* A text in small letters and narrow forms, each unit for one unit. */
const foldText = (text) => Array.from(text, (char) => {
  const folded = char.normalize("NFKC").toLowerCase();
  return char.length === 1 && folded.length === 1 ? folded : char;
}).join("");

/* What finds a text wherever it stands, whatever lines and marks it runs across. */
const searchPattern = (text) => new RegExp(
  Array.from(foldText(text).replace(/\s+/gu, ""), (char) => char.replace(/[.*+?^${}()|[\]\\\/]/u, "\\$&"))
    .join("\\s*"), "gu");

var splitQuery = (query) => Array.from(new Set(foldText(query).replace(/\s+/gu, "")));
