// Before the first paint: no ask for whoever wants none today.
(() => {
  const hide = () => {
    const days = document.cookie.match(/newsroom_reader=[^;]*/)?.[0].match(/\d{4}-\d\d-\d\d/g);
    if (days?.some((day) => day > new Date().toISOString())) document.documentElement.dataset.asks = "off";
  };
  hide();
  addEventListener("pageshow", hide);
})();
