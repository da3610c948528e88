/* How texts are compared in search; fold() of search.py does the same. */
"use strict";

/* A text in small letters and narrow forms, its quotes straight, each unit for one unit. */
const foldText = (text) => Array.from(text, (char) => {
  const folded = { "‘": "'", "’": "'", "“": '"', "”": '"' }[char] ?? char.normalize("NFKC").toLowerCase();
  return char.length === 1 && folded.length === 1 ? folded : char;
}).join("");

/* Whether the page's language parts its words: there a search finds them by their starts. */
const PARTED = /^(?!(?:zh|ja|th|my|km|lo)\b)[a-z]/u.test(document.documentElement.lang);

/* What finds a text wherever it stands, whatever lines and marks it runs across, and however the thousands
   of its numbers are parted. */
const searchPattern = (text) => {
  const words = foldText(text).trim().replace(/(\d),(?=\d{3}(?!\d))/gu, "$1").split(/\s+/u);
  const gap = PARTED ? "" : "\\s*";
  const pattern = (PARTED ? words : [words.join("")]).map((word) => {
    const chars = Array.from(word);
    return chars.map((char, at) => {
      const next = chars[at + 1] ?? "";
      const between = /\d/u.test(char) && /\d/u.test(next) ? "(?:,(?=\\d{3}(?!\\d))|\\s)*" : gap;
      return char.replace(/[.*+?^${}()|[\]\\\/]/u, "\\$&") + (next && between);
    }).join("");
  }).join("\\s+");
  const start = PARTED && /^[\p{L}\p{N}]/u.test(words[0]) ? "(?<![\\p{L}\\p{N}])" : "";
  return new RegExp(start + pattern, "gu");
};
