"""The pages of a book, in four steps: context, pages for any builder, HTML, PDF."""
