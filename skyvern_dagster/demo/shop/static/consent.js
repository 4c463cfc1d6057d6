// The banner covers the page until a choice is made; the choice is remembered for half a year.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-consent]");
  if (!button) return;
  document.cookie =
    `larkfield_consent=${button.dataset.consent}; path=/; max-age=15552000; samesite=lax`;
  document.getElementById("consent").remove();
});
