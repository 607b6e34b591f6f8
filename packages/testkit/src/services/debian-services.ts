import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { debianApplications } from "./debian-applications.ts";
import { type DebianService, lighttpd, nginx, python, www } from "./debian-service.ts";

/**
 * Servers and frameworks of Debian packages, each started alone on a loopback port from its own configuration in `dir`. `package` is what to install; `file` shows
 * whether it is there.
 */
export const debianServices: readonly DebianService[] = [
  nginx("nginx-basic", (dir) => `location / { root ${dir}/www; default_type text/plain; auth_basic "x"; auth_basic_user_file ${dir}/users; }`),
  nginx("nginx-open", (dir) => `location / { root ${dir}/www; default_type text/plain; }`),
  nginx(
    "nginx-public-and-guarded",
    (dir) =>
      `location / { root ${dir}/www; default_type text/plain; } location /guarded/ { alias ${dir}/www/records/; default_type text/plain; auth_basic "x"; auth_basic_user_file ${dir}/users; }`,
  ),
  lighttpd("basic"),
  {
    name: "apache2-basic",
    package: "apache2",
    file: "/usr/sbin/apache2",
    command: (dir, port) => {
      www(dir);
      const config = join(dir, "apache.conf");
      const modules = ["mpm_event", "authn_core", "authn_file", "authz_core", "authz_user", "auth_basic"].map(
        (name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`,
      );
      writeFileSync(
        config,
        `${modules.join("\n")}\nServerName localhost\nListen 127.0.0.1:${port}\nPidFile ${dir}/pid\nErrorLog ${dir}/error.log\nDocumentRoot ${dir}/www\n<Directory ${dir}/www>\nAuthType Basic\nAuthName x\nAuthUserFile ${dir}/users\nRequire valid-user\n</Directory>\n`,
      );
      return ["/usr/sbin/apache2", "-DFOREGROUND", "-d", dir, "-f", config];
    },
  },
  python(
    "bottle-basic",
    "bottle",
    "from bottle import *\n@route('/records/<id>')\n@auth_basic(lambda u, p: USERS.get(u) == p)\ndef one(id): return {'record': 'record ' + id}\nrun(host='127.0.0.1', port=PORT, quiet=True)",
  ),
  python("bottle-open", "bottle", "from bottle import *\n@route('/records/<id>')\ndef one(id): return {'record': 'record ' + id}\nrun(host='127.0.0.1', port=PORT, quiet=True)"),
  python(
    "flask-session",
    "flask",
    "from flask import *\napp = Flask('x')\napp.secret_key = 'a secret of the services under test'\n@app.post('/sessions/<user>')\ndef sign_in(user):\n  session['user'] = user\n  return {'record': 'signed in'}\n@app.get('/records/<id>')\ndef one(id):\n  if 'user' not in session: return redirect('/login')\n  return {'record': 'record ' + id}\napp.run('127.0.0.1', PORT)",
  ),
  python(
    "flask-bearer",
    "flask",
    "from flask import *\napp = Flask('x')\n@app.get('/records/<id>')\ndef one(id):\n  if request.headers.get('Authorization', '')[7:] not in TOKENS: abort(401)\n  return {'record': 'record ' + id}\napp.run('127.0.0.1', PORT)",
  ),
  python(
    "tornado-secure-cookie",
    "tornado",
    "import tornado.web, tornado.ioloop\nclass Sign(tornado.web.RequestHandler):\n  def post(self, user):\n    self.set_secure_cookie('user', user); self.write({'record': 'signed in'})\nclass One(tornado.web.RequestHandler):\n  def get_current_user(self): return self.get_secure_cookie('user')\n  @tornado.web.authenticated\n  def get(self, id): self.write({'record': 'record ' + id})\napp = tornado.web.Application([(r'/sessions/(.*)', Sign), (r'/records/(.*)', One)], cookie_secret='a secret of the services under test', login_url='/login')\napp.listen(PORT, '127.0.0.1')\ntornado.ioloop.IOLoop.current().start()",
  ),
  python(
    "cherrypy-basic",
    "cherrypy3",
    "import cherrypy\nfrom cherrypy.lib import auth_basic\nclass Root:\n  @cherrypy.expose\n  def records(self, id): return 'record ' + id\ncherrypy.config.update({'server.socket_host': '127.0.0.1', 'server.socket_port': PORT, 'log.screen': False})\ncherrypy.quickstart(Root(), '/', {'/': {'tools.auth_basic.on': True, 'tools.auth_basic.realm': 'x', 'tools.auth_basic.checkpassword': auth_basic.checkpassword_dict(USERS)}})",
  ),
  {
    name: "node-exporter-open",
    package: "prometheus-node-exporter",
    file: "/usr/bin/prometheus-node-exporter",
    command: (_, port) => ["/usr/bin/prometheus-node-exporter", `--web.listen-address=127.0.0.1:${port}`],
  },
  ...debianApplications,
];
