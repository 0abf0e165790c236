import "./copy.js";
import "./print.js";
