// What each of the lists shows; the fifth has no document.
window.ROWS = [
  {number: "RE-70312", date: "2024-06-25", amount: "21.50"},
  {number: "RE-70304", date: "2024-06-20", amount: "58.51"},
  {number: "RE-70296", date: "2024-06-15", amount: "95.52"},
  {number: "RE-70288", date: "2024-06-10", amount: "42.53"},
  {number: "RE-70280", date: "2024-06-05", amount: "79.54"},
  {number: "RE-70272", date: "2024-05-25", amount: "26.55"},
  {number: "RE-70264", date: "2024-05-20", amount: "63.56"},
  {number: "RE-70256", date: "2024-05-15", amount: "10.57"},
  {number: "RE-70248", date: "2024-05-10", amount: "47.58"},
  {number: "RE-70240", date: "2024-05-05", amount: "84.59"},
  {number: "RE-70232", date: "2024-04-25", amount: "31.50"},
  {number: "RE-70224", date: "2024-04-20", amount: "68.51"},
  {number: "RE-70216", date: "2024-04-15", amount: "15.52"},
  {number: "RE-70208", date: "2024-04-10", amount: "52.53"},
  {number: "RE-70200", date: "2024-04-05", amount: "89.54"},
  {number: "RE-70192", date: "2024-03-25", amount: "36.55"},
  {number: "RE-70184", date: "2024-03-20", amount: "73.56"},
  {number: "RE-70176", date: "2024-03-15", amount: "20.57"},
  {number: "RE-70168", date: "2024-03-10", amount: "57.58"},
  {number: "RE-70160", date: "2024-03-05", amount: "94.59"},
  {number: "RE-70152", date: "2024-02-25", amount: "41.50"},
  {number: "RE-70144", date: "2024-02-20", amount: "78.51"},
  {number: "RE-70136", date: "2024-02-15", amount: "25.52"},
  {number: "RE-70128", date: "2024-02-10", amount: "62.53"},
];
const hasFile = (row) => row.number !== window.ROWS[4].number;
const fileOf = (row) => `/files/${row.number}.pdf`;
