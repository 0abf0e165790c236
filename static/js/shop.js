// What the diner's pages can do beyond plain HTML. Each module stands alone, listens to the document and finds its work by a
// data attribute; served as one file (every import line replaced by the module in a block), valid unbundled as well.
import "./guard.js";
import "./fragment.js";
import "./sheet.js";
import "./stepper.js";
import "./price.js";
import "./spy.js";
import "./filter.js";
import "./live.js";
import "./offline.js";
