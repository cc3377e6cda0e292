"""An article's images in its mark-up: which they are, where their bytes are, which words are theirs."""
