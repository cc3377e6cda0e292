"""What is to be done about what a check found."""

REBUILD = "run `pressmark rebuild`: the WARCs are the truth"
LOST = "if a copy has it, run `pressmark repair --from COPY`, then `pressmark rebuild`"
VERIFY_FIRST = "run `pressmark verify`, then `pressmark rebuild`"
RESTORE = "run `pressmark repair`: a copy has it, or the database"
GONE = "put it back, or run `pressmark repair`: from a copy all of it comes back, from the database all but pages and image files"
