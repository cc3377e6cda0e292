"""What is to be done about what a check found."""

REBUILD = "run `pressmark rebuild`: the WARCs are the truth"
LOST = "if a copy has it, run `pressmark repair --from COPY`, then `pressmark rebuild`"
VERIFY_FIRST = "run `pressmark verify`, then `pressmark rebuild`"
RESTORE = "run `pressmark repair`: a copy may have it, or the database"
BEHIND = (
    "a process was killed, or the database is older than the files: the next command that writes takes it in, this check, too, "
    "where it can be kept; run `pressmark verify` again, and `pressmark rebuild` where that is asked for"
)
RESTORE_ALL = "run `pressmark repair`: from a copy all of it comes back, from the database all but pages and image files"
GONE = f"put it back, or {RESTORE_ALL}"
