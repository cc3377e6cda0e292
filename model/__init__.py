"""The words of Pressmark as types. Imports nothing else of ours, does no input or output."""
