"use strict";
const byId = (id) => document.getElementById(id);
const data = JSON.parse(byId("data").textContent);
const svg = document.querySelector("#picture svg");
const [details, search, onlyBroken, count] = ["details", "search", "missing", "count"].map(byId);
const nodes = new Map(data.nodes.map((node) => [node.id, node]));
const nodeElements = [...svg.querySelectorAll("[data-node]")];
const edgeElements = [...svg.querySelectorAll("[data-edge]")];
const labelElements = [...svg.querySelectorAll("[data-label]")];
const STATES = {
  granted: "both halves are there",
  open: "it cannot be told from source, or depends on the request",
  "lacks-identity": "no policy of the caller allows it",
  "lacks-resource": "the policy on the other side does not let the caller in",
  blocked: "something is in the way",
};

const isBroken = (edge) => edge.state.startsWith("lacks") || edge.state === "blocked";
const colour = (edge) => (edge.state === "blocked" ? "blocked" : isBroken(edge) ? "missing" : "");
const place = ({ file, range }) => `${file}:${range.start.line}`;

// Names come from files: they go in as text.
function element(kind, text, parent, className = "") {
  const made = document.createElement(kind);
  made.textContent = text;
  made.className = className;
  parent.append(made);
  return made;
}

function name(id) {
  const node = nodes.get(id);
  return node.account ? `${node.name} (${node.account})` : node.name;
}

// The first line of a statement starts where the statement does, the others where their line does.
function dedented(text) {
  const [first, ...rest] = text.split("\n");
  const indents = rest.filter((line) => line.trim()).map((line) => line.match(/^\s*/)[0].length);
  const least = Math.min(...indents);
  return [first, ...rest.map((line) => line.slice(least))].join("\n");
}

function statement(title, at) {
  element("h3", title, details);
  element("p", at ? place(at) : "none", details);
  const text = at && data.statements[`${at.file}:${at.range.start.offset}-${at.range.end.offset}`];
  if (text) element("pre", dedented(text), details);
}

function showEdge(number) {
  const edge = data.edges[number];
  details.replaceChildren();
  element("h2", `${name(edge.from)} → ${name(edge.to)}`, details);
  element("p", edge.actions.join(", "), details);
  element("p", STATES[edge.state] + (edge.likely ? ", if these are two accounts" : ""), details, colour(edge));
  if (edge.lacking_account) element("p", `account ${edge.lacking_account} lacks its half`, details, "missing");
  if (edge.condition_keys.length) element("p", `it depends on ${edge.condition_keys.join(", ")}`, details);
  statement("In a policy of the caller", edge.identity);
  statement("In the policy on the other side", edge.resource);
  links([["Who calls", edge.from], ["What is called", edge.to]]);
}

function links(ends) {
  element("h3", "Ends", details);
  for (const [title, id] of ends) link(`${title}: ${name(id)}`, "", () => chooseNode(id));
}

function link(text, className, choose) {
  const made = element("button", text, details, `link ${className}`);
  made.type = "button";
  made.addEventListener("click", choose);
}

function showNode(id) {
  const node = nodes.get(id);
  details.replaceChildren();
  element("h2", node.name, details);
  const facts = [node.kind, node.account && `account ${node.account}`, node.address, node.arn, node.place && place(node.place)];
  for (const fact of facts.filter(Boolean)) element("p", fact, details);
  edges("Is granted", id, "from", "to");
  edges("Is granted to", id, "to", "from");
}

function edges(title, id, end, other) {
  const found = data.edges.map((edge, number) => [edge, number]).filter(([edge]) => edge[end] === id);
  if (found.length) element("h3", title, details);
  for (const [edge, number] of found) {
    link(`${name(edge[other])}: ${edge.actions.join(", ")}`, colour(edge), () => chooseEdge(number));
  }
}

function chooseEdge(number) {
  const { from, to } = data.edges[number];
  mark((_, index) => index === number, (id) => id === from || id === to);
  showEdge(number);
}

function chooseNode(id) {
  mark((edge) => edge.from === id || edge.to === id, (other) => other === id);
  showNode(id);
}

function mark(isChosenEdge, isChosenNode) {
  for (const it of edgeElements) {
    const number = Number(it.dataset.edge);
    it.classList.toggle("chosen", isChosenEdge(data.edges[number], number));
  }
  for (const it of nodeElements) it.classList.toggle("chosen", isChosenNode(Number(it.dataset.node)));
}

const nodeTexts = new Map(data.nodes.map((it) => [it.id, [it.kind, it.name, it.account, it.stack, it.address, it.arn].join(" ")]));
const edgeTexts = data.edges.map((edge) => {
  const parts = [edge.actions.join(" "), edge.state, nodeTexts.get(edge.from), nodeTexts.get(edge.to)];
  return parts.join(" ").toLowerCase();
});

// Each word is in an arrow, or at one of its ends.
function filter() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const isWanted = (edge, number) =>
    (!onlyBroken.checked || isBroken(edge)) && words.every((word) => edgeTexts[number].includes(word));
  const wanted = data.edges.map(isWanted);
  const ends = new Set(data.edges.filter((_, number) => wanted[number]).flatMap((edge) => [edge.from, edge.to]));
  for (const it of edgeElements) it.classList.toggle("dim", !wanted[it.dataset.edge]);
  for (const it of labelElements) it.classList.toggle("dim", !wanted[it.dataset.label]);
  for (const it of nodeElements) it.classList.toggle("dim", !ends.has(Number(it.dataset.node)));
  const shown = wanted.filter(Boolean).length;
  const cut = data.complete ? "" : "; there are too many, some were left out";
  count.textContent = `${shown} of ${data.edges.length} grants${cut}`;
}

function react(elements, choose) {
  for (const it of elements) {
    it.setAttribute("tabindex", "0");
    it.setAttribute("role", "button");
    it.addEventListener("click", () => choose(it));
    it.addEventListener("keydown", (event) => event.key === "Enter" && choose(it));
  }
}

const view = svg.viewBox.baseVal;
const whole = { x: view.x, y: view.y, width: view.width, height: view.height };

function zoom(factor, x, y) {
  view.x = x - (x - view.x) * factor;
  view.y = y - (y - view.y) * factor;
  view.width *= factor;
  view.height *= factor;
}

const toPicture = (event) => new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());

svg.addEventListener("wheel", (event) => {
  event.preventDefault();
  const { x, y } = toPicture(event);
  zoom(event.deltaY > 0 ? 1.15 : 1 / 1.15, x, y);
}, { passive: false });

for (const button of document.querySelectorAll("[data-zoom]")) {
  button.addEventListener("click", () => {
    if (button.dataset.zoom === "all") Object.assign(view, whole);
    else zoom(Number(button.dataset.zoom), view.x + view.width / 2, view.y + view.height / 2);
  });
}

let drag = null;
svg.addEventListener("pointerdown", (event) => (drag = toPicture(event)));
window.addEventListener("pointerup", () => (drag = null));
window.addEventListener("pointermove", (event) => {
  if (!drag) return;
  const { x, y } = toPicture(event);
  view.x += drag.x - x;
  view.y += drag.y - y;
});

react(nodeElements, (it) => chooseNode(Number(it.dataset.node)));
react(edgeElements, (it) => chooseEdge(Number(it.dataset.edge)));
search.addEventListener("input", filter);
onlyBroken.addEventListener("change", filter);
document.body.classList.add("live");
for (const id of ["side", "zoom"]) byId(id).hidden = false;
element("p", "Choose a node or an arrow. Turn the wheel to zoom, drag to move.", details);
filter();
