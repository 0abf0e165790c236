"""The sentences of the interface in other languages than English, one gettext file each."""
