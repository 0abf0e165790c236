// A kiosk: what only a script can do better. Served to paired devices alone.
import "./idle.js";
import "./signal.js";
import "./keypad.js";
import "./scan.js";
import "./keyboard.js";
