"""Mark-up and text of strangers, read in pieces and mended on the way: what feeds and sitemaps are made of."""
