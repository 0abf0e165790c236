"""What the menu desk does: change the menu on sale, import a file, take pictures in."""
