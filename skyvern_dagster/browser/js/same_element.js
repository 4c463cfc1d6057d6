// How an element stands to another one: 2 where it is the same, 1 where it holds it, else 0.
(element, other) => (element === other ? 2 : element.contains(other) ? 1 : 0)
