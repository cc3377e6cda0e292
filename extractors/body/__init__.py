"""Which words of a page are the article: the page as passages, each weighed, the kept ones as blocks."""
