import "./copy.js";
import "./print.js";
import "./board.js";
