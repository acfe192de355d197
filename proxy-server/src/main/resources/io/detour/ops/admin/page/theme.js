// Runs before the page is drawn, so that a chosen theme does not flash.
try {
  const theme = localStorage.getItem('detour.theme');
  if (theme === 'light' || theme === 'dark') {
    document.documentElement.dataset.theme = theme;
  }
} catch {
  // Without storage the system's theme is the one.
}
