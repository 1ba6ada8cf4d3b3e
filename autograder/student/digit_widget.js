// A canvas to draw a digit on. Sends "NUMBER URL" of the drawing, gets "NUMBER JSON" back.

const SIDE = 280;
const PEN = 22;
const STEP = 14; // pixels an arrow key moves the pen; a third of it with Shift
const PAUSE = 150; // milliseconds after a stroke before the drawing is sent
const PATIENCE = 10000; // milliseconds until a missing answer is reported

const ARROWS = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

function element(kind, className, attributes = {}) {
  const made = document.createElement(kind);
  made.className = className;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

// Rows of digit, bar and number; returns a function that shows probabilities.
function probabilityTable(place) {
  const table = element("table", "digit-bars");
  table.createCaption().textContent = "Class probabilities";
  const rows = [];
  place.append(table);
  return (chances) => {
    const best = chances.indexOf(Math.max(...chances));
    while (rows.length < chances.length) {
      const row = table.insertRow();
      const name = element("th", "", { scope: "row" });
      name.textContent = String(rows.length);
      const bar = element("div", "digit-bar", { "aria-hidden": "true" });
      const number = element("td", "digit-number");
      row.append(name, element("td", "digit-track"), number);
      row.children[1].append(bar);
      rows.push({ row, bar, number });
    }
    rows.forEach(({ row, bar, number }, digit) => {
      const chance = chances.length > digit ? chances[digit] : 0;
      bar.style.width = `${Math.round(100 * chance)}%`;
      number.textContent = chance.toFixed(2) + (digit === best && chance > 0 ? " \u25C0" : "");
      row.className = digit === best && chance > 0 ? "digit-best" : "";
    });
  };
}

function render({ model, el }) {
  // JupyterLab would take arrow keys and the space bar for its own shortcuts.
  const root = element("div", "digit-demo", { "data-lm-suppress-shortcuts": "true" });
  const left = element("div", "digit-left");
  const right = element("div", "digit-right");
  const frame = element("div", "digit-frame");
  const help = "Drawing area, 28 by 28 fields. Draw a digit with mouse or finger. With the keyboard: " +
    "arrow keys move the pen, the space bar puts it down or lifts it, Delete clears.";
  const canvas = element("canvas", "digit-canvas", {
    width: SIDE, height: SIDE, tabindex: "0", role: "application", "aria-label": help,
  });
  const marker = element("div", "digit-pen", { "aria-hidden": "true" });
  const clear = element("button", "digit-clear", { type: "button" });
  clear.textContent = "Clear";
  const status = element("p", "digit-status", { role: "status", "aria-live": "polite" });
  const picture = element("img", "digit-activations", { alt: "" });
  frame.append(canvas, marker);
  left.append(frame, clear, status);
  right.append(picture);
  const showProbabilities = probabilityTable(left);
  root.append(left, right);
  el.append(root);

  const ink = canvas.getContext("2d", { willReadFrequently: true });
  const pen = { x: SIDE / 2, y: SIDE / 4, down: false };
  let empty = true;
  let number = Date.now(); // of the last drawing; a second view of this widget has others
  let sent = "";
  let timer = 0;
  let patience = 0;
  let waiting = false;
  let again = false;

  const say = (text) => { status.textContent = text; };

  function blank() {
    ink.fillStyle = "black";
    ink.fillRect(0, 0, SIDE, SIDE);
    ink.strokeStyle = "white";
    ink.lineWidth = PEN;
    ink.lineCap = "round";
    ink.lineJoin = "round";
    empty = true;
    again = false;
    sent = "";
    clearTimeout(timer);
    picture.hidden = true;
    picture.alt = "";
    showProbabilities(Array(10).fill(0));
  }

  function line(fromX, fromY, toX, toY) {
    ink.beginPath();
    ink.moveTo(fromX, fromY);
    ink.lineTo(toX, toY);
    ink.stroke();
    empty = false;
    clearTimeout(timer);
    timer = setTimeout(send, PAUSE);
  }

  function send() {
    if (waiting) { again = true; return; }
    const drawing = canvas.toDataURL("image/png");
    if (empty || drawing === sent) return;
    sent = drawing;
    waiting = true;
    again = false;
    number += 1;
    clearTimeout(patience);
    patience = setTimeout(() => {
      waiting = false;
      say("No answer from Python yet. Is the kernel busy with another cell, or was it restarted? " +
          "Then run this cell again.");
    }, PATIENCE);
    model.set("drawing", `${number} ${drawing}`);
    model.save_changes();
  }

  function receive() {
    const text = model.get("answer");
    const cut = text.indexOf(" ");
    if (Number(text.slice(0, cut)) !== number) return;
    clearTimeout(patience);
    waiting = false;
    if (empty) return; // it was cleared meanwhile
    const answer = JSON.parse(text.slice(cut + 1));
    if (answer.error) {
      say(answer.error);
    } else {
      picture.src = answer.picture;
      picture.alt = answer.text;
      picture.hidden = false;
      showProbabilities(answer.probabilities);
      const best = answer.probabilities.indexOf(Math.max(...answer.probabilities));
      say(`The network says ${best}, with probability ${answer.probabilities[best].toFixed(2)}.`);
    }
    if (again) send();
  }

  function place(event) {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) * SIDE / box.width,
            (event.clientY - box.top) * SIDE / box.height];
  }

  function showPen() {
    marker.style.left = `${100 * pen.x / SIDE}%`;
    marker.style.top = `${100 * pen.y / SIDE}%`;
    marker.classList.toggle("digit-pen-down", pen.down);
  }

  canvas.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    canvas.focus({ preventScroll: true });
    canvas.setPointerCapture(event.pointerId);
    root.classList.remove("digit-keys");
    [pen.x, pen.y] = place(event);
    pen.down = true;
    line(pen.x, pen.y, pen.x, pen.y);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!pen.down || !canvas.hasPointerCapture(event.pointerId)) return;
    const [x, y] = place(event);
    line(pen.x, pen.y, x, y);
    [pen.x, pen.y] = [x, y];
  });
  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, () => { pen.down = false; showPen(); });
  }

  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const arrow = ARROWS[event.key];
    if (!arrow && ![" ", "Delete", "Backspace"].includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    root.classList.add("digit-keys");
    if (arrow) {
      const step = event.shiftKey ? STEP / 3 : STEP;
      const [x, y] = [pen.x + arrow[0] * step, pen.y + arrow[1] * step]
        .map((value) => Math.min(Math.max(value, PEN / 2), SIDE - PEN / 2));
      if (pen.down) line(pen.x, pen.y, x, y);
      [pen.x, pen.y] = [x, y];
    } else if (event.key === " ") {
      pen.down = !pen.down;
      if (pen.down) line(pen.x, pen.y, pen.x, pen.y);
      say(pen.down ? "Pen down." : "Pen up.");
    } else {
      start();
    }
    showPen();
  });

  function start() {
    pen.down = false;
    blank();
    showPen();
    say("Draw a digit.");
  }

  clear.addEventListener("click", start);
  model.on("change:answer", receive);
  start();
  return () => {
    clearTimeout(timer);
    clearTimeout(patience);
    model.off("change:answer", receive);
  };
}

export default { render };
