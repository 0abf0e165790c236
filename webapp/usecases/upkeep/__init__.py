"""What must happen by itself: things that end, are forgotten, or are to be counted."""
