"""The repository holds none of the article's sentences: needs a copy of it, named by ARTICLE."""

import subprocess

from shanhai.evidence.article import normalise, read

#: This many characters of the article in a row are a copy; titles and set phrases are shorter.
RUN = 16


def test_no_tracked_file_holds_a_sentence_of_the_article(article, root):
    text = read(article).normalised
    runs = {text[at : at + RUN] for at in range(len(text) - RUN + 1)}
    tracked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    read_files = 0
    for name in filter(None, tracked):
        try:
            content = normalise((root / name).read_text(encoding="utf-8"))
        except (UnicodeDecodeError, FileNotFoundError):
            continue
        read_files += 1
        for at in range(len(content) - RUN + 1):
            assert content[at : at + RUN] not in runs, f"{name}: {content[at : at + RUN]}"
    assert read_files > 50
