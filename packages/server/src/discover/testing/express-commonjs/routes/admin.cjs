const actions = { "/restart": restart, "/drain": restart };

module.exports = function mountAdmin(app, { prefix = "/ops" } = {}) {
  Object.entries(actions).forEach(([path, action]) => {
    app.post(prefix + path, action);
  });
  ["users", "groups"].map((name) => app.get(`${prefix}/${name}/:id`, restart));
};

function restart(request, response) {
  response.sendStatus(202);
}
