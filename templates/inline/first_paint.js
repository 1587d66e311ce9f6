(() => {
  const hide = () => {
    const today = new Date().toISOString().slice(0, 10);
    const [, kept = ""] = /newsroom_reader=([^;]*)/.exec(document.cookie) || [];
    if ((kept.match(/\d{4}-\d\d-\d\d/g) || []).some((day) => day > today))
      document.documentElement.dataset.asks = "off";
  };
  hide();
  addEventListener("pageshow", hide);
})();
