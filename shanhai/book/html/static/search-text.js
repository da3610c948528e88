/* How texts are compared in search; fold() of search.py does the same. */
"use strict";

/* A text in small letters and narrow forms, each unit for one unit. */
const foldText = (text) => Array.from(text, (char) => {
  const folded = char.normalize("NFKC").toLowerCase();
  return char.length === 1 && folded.length === 1 ? folded : char;
}).join("");

/* What finds a text wherever it stands, whatever lines and marks it runs across, and however the thousands
   of its numbers are parted. */
const searchPattern = (text) => {
  const chars = Array.from(foldText(text).replace(/\s+/gu, "").replace(/(\d),(?=\d{3}(?!\d))/gu, "$1"));
  return new RegExp(chars.map((char, at) => {
    const next = chars[at + 1] ?? "";
    const between = /\d/u.test(char) && /\d/u.test(next) ? "(?:,(?=\\d{3}(?!\\d))|\\s)*" : "\\s*";
    return char.replace(/[.*+?^${}()|[\]\\\/]/u, "\\$&") + (next && between);
  }).join(""), "gu");
};
