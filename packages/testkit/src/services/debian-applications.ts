import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type DebianService, lighttpd, www } from "./debian-service.ts";

/** Complete applications and further servers of Debian packages, each with the door it brings along. */
export const debianApplications: readonly DebianService[] = [
  {
    name: "radicale",
    package: "radicale",
    file: "/usr/bin/radicale",
    command: (dir, port) => {
      www(dir);
      const calendar = join(dir, "collections/collection-root/anna/calendar");
      mkdirSync(calendar, { recursive: true });
      writeFileSync(join(calendar, ".Radicale.props"), '{"tag":"VCALENDAR"}');
      for (let id = 1; id < 8; id++) {
        const event = `BEGIN:VEVENT\r\nUID:${id}\r\nDTSTAMP:20260105T090000Z\r\nDTSTART:20260105T090000Z\r\nSUMMARY:record ${id}\r\nEND:VEVENT`;
        writeFileSync(join(calendar, `${id}.ics`), `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n${event}\r\nEND:VCALENDAR\r\n`);
      }
      const storage = ["--storage-filesystem-folder", join(dir, "collections"), "--rights-type", "authenticated"];
      const users = ["--auth-type", "htpasswd", "--auth-htpasswd-filename", join(dir, "plain"), "--auth-htpasswd-encryption", "plain", "--auth-delay", "0"];
      return ["/usr/bin/radicale", "--config", "", "--server-hosts", `127.0.0.1:${port}`, ...users, ...storage];
    },
  },
  aria2("aria2-basic", ["--rpc-user=anna", "--rpc-passwd=pass-anna"]),
  aria2("aria2-secret", ["--rpc-secret=token-of-anna-0123456789"]),
  aria2("aria2-open", []),
  {
    name: "transmission",
    package: "transmission-daemon",
    file: "/usr/bin/transmission-daemon",
    command: (dir, port) => {
      const quiet = { "dht-enabled": false, "pex-enabled": false, "port-forwarding-enabled": false, "peer-port-random-on-start": true, "rpc-host-whitelist-enabled": false };
      writeFileSync(join(dir, "settings.json"), JSON.stringify({ ...quiet, "bind-address-ipv4": "127.0.0.1", "bind-address-ipv6": "::1" }));
      return ["/usr/bin/transmission-daemon", "-f", "-g", dir, "-w", dir, "-p", String(port), "-r", "127.0.0.1", "-t", "-u", "anna", "-v", "pass-anna"];
    },
  },
  {
    name: "syncthing",
    package: "syncthing",
    file: "/usr/bin/syncthing",
    command: (dir, port) => {
      const off = ["globalAnnounceEnabled", "localAnnounceEnabled", "relaysEnabled", "natEnabled", "startBrowser", "crashReportingEnabled"].map(
        (name) => `<${name}>false</${name}>`,
      );
      const options = `${off.join("")}<urAccepted>-1</urAccepted><autoUpgradeIntervalH>0</autoUpgradeIntervalH><listenAddress>tcp://127.0.0.1:0</listenAddress>`;
      const gui = `<gui enabled="true" tls="false"><address>127.0.0.1:${port}</address><apikey>token-of-anna-0123456789</apikey></gui>`;
      writeFileSync(join(dir, "config.xml"), `<configuration version="36">${gui}<options>${options}</options></configuration>`);
      return ["/usr/bin/syncthing", "serve", "--home", dir, "--no-browser", "--no-restart", "--no-upgrade", "--no-default-folder"];
    },
  },
  {
    name: "pushgateway",
    package: "prometheus-pushgateway",
    file: "/usr/bin/prometheus-pushgateway",
    command: (dir, port) => ["/usr/bin/prometheus-pushgateway", `--web.listen-address=127.0.0.1:${port}`, `--web.config.file=${webConfig(dir)}`],
  },
  {
    name: "node-exporter-basic",
    package: "prometheus-node-exporter",
    file: "/usr/bin/prometheus-node-exporter",
    command: (dir, port) => [
      "/usr/bin/prometheus-node-exporter",
      `--web.listen-address=127.0.0.1:${port}`,
      `--web.config.file=${webConfig(dir)}`,
      "--collector.disable-defaults",
      "--collector.loadavg",
    ],
  },
  registry("docker-registry", (dir) => `auth: {htpasswd: {realm: x, path: ${dir}/bcrypt}}`),
  registry("docker-registry-open", () => ""),
  {
    name: "haproxy",
    package: "haproxy",
    file: "/usr/sbin/haproxy",
    command: (dir, port) => {
      const answer = 'http-request return status 200 content-type text/plain lf-string "record %[path]"';
      const config = [
        "defaults\n mode http\n timeout connect 5s\n timeout client 30s\n timeout server 30s",
        "userlist people\n user anna insecure-password pass-anna\n user bert insecure-password pass-bert\n user cleo insecure-password pass-cleo",
        `frontend x\n bind 127.0.0.1:${port}`,
        " stats enable\n stats uri /stats\n stats auth anna:pass-anna\n stats auth bert:pass-bert\n stats auth cleo:pass-cleo",
        " http-request auth realm x if { path_beg /records/ } !{ http_auth(people) }\n http-request deny if { path_beg /certified/ } !{ req.hdr(X-SSL-Client-Verify) -m str SUCCESS }",
        ` ${answer} if !{ path_beg /stats }`,
      ];
      writeFileSync(join(dir, "haproxy.cfg"), `${config.join("\n")}\n`);
      return ["/usr/sbin/haproxy", "-db", "-q", "-f", join(dir, "haproxy.cfg")];
    },
  },
  lighttpd("digest"),
  {
    name: "busybox-httpd",
    package: "busybox",
    file: "/bin/busybox",
    command: (dir, port) => {
      www(dir);
      writeFileSync(join(dir, "httpd.conf"), "/records:anna:pass-anna\n/records:bert:pass-bert\n/records:cleo:pass-cleo\n");
      return ["/bin/busybox", "httpd", "-f", "-p", `127.0.0.1:${port}`, "-h", join(dir, "www"), "-c", join(dir, "httpd.conf")];
    },
  },
  {
    name: "mini-httpd",
    package: "mini-httpd",
    file: "/usr/sbin/mini_httpd",
    command: (dir, port) => {
      www(dir);
      writeFileSync(
        join(dir, "www/records/.htpasswd"),
        "anna:$1$saltanna$hmHT6vCQKdoNxQ7UbnwEi0\nbert:$1$saltbert$J9plFsEONK/g4dpFvrId81\ncleo:$1$saltcleo$NpMbxd91u0KqAhxyI5eLj.\n",
      );
      return [
        "/usr/sbin/mini_httpd",
        "-D",
        "-p",
        String(port),
        "-h",
        "127.0.0.1",
        "-d",
        join(dir, "www"),
        "-u",
        process.getuid?.() === 0 ? "root" : "nobody",
        "-i",
        join(dir, "pid"),
      ];
    },
  },
  {
    name: "webfs",
    package: "webfs",
    file: "/usr/bin/webfsd",
    command: (dir, port) => {
      www(dir);
      return [
        "/usr/bin/webfsd",
        "-F",
        "-4",
        "-i",
        "127.0.0.1",
        "-p",
        String(port),
        "-r",
        join(dir, "www"),
        "-b",
        "anna:pass-anna",
        ...(process.getuid?.() === 0 ? ["-u", "root", "-g", "root"] : []),
      ];
    },
  },
  {
    name: "caddy",
    package: "caddy",
    file: "/usr/bin/caddy",
    command: (dir, port) => {
      www(dir);
      const people = bcrypt.map(([name, hash]) => `${name} ${Buffer.from(hash).toString("base64")}`).join("\n");
      writeFileSync(join(dir, "Caddyfile"), `{\nadmin off\nauto_https off\n}\n:${port} {\nbind 127.0.0.1\nroot * ${dir}/www\nbasicauth {\n${people}\n}\nfile_server\n}\n`);
      return ["/usr/bin/caddy", "run", "--config", join(dir, "Caddyfile"), "--adapter", "caddyfile"];
    },
  },
  {
    name: "rclone",
    package: "rclone",
    file: "/usr/bin/rclone",
    command: (dir, port) => {
      www(dir);
      return ["/usr/bin/rclone", "rcd", "--config", join(dir, "rclone.conf"), "--rc-addr", `127.0.0.1:${port}`, "--rc-htpasswd", join(dir, "users")];
    },
  },
  {
    name: "supervisor",
    package: "supervisor",
    file: "/usr/bin/supervisord",
    command: (dir, port) => {
      const config = `[inet_http_server]\nport=127.0.0.1:${port}\nusername=anna\npassword=pass-anna\n[supervisord]\nlogfile=${dir}/log\npidfile=${dir}/pid\n[rpcinterface:supervisor]\nsupervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface\n`;
      writeFileSync(join(dir, "supervisord.conf"), config);
      return ["/usr/bin/supervisord", "-n", "-c", join(dir, "supervisord.conf")];
    },
  },
  {
    name: "webhook",
    package: "webhook",
    file: "/usr/bin/webhook",
    command: (dir, port) => {
      const hook = (id: string, rule: object): object => ({
        id,
        "execute-command": "/bin/echo",
        "pass-arguments-to-command": [{ source: "string", name: `record ${id}` }],
        "include-command-output-in-response": true,
        "trigger-rule": rule,
        "trigger-rule-mismatch-http-response-code": 403,
      });
      const anyOf = (source: string, name: string): object => ({
        or: ["anna", "bert", "cleo"].map((user) => ({ match: { type: "value", value: `token-of-${user}-0123456789`, parameter: { source, name } } })),
      });
      const hooks = [
        hook("signed", { match: { type: "payload-hmac-sha256", secret: "a secret of the services under test", parameter: { source: "header", name: "X-Signature" } } }),
        hook("header", anyOf("header", "X-Caller")),
        hook("query", anyOf("url", "caller")),
        { ...hook("open", {}), "trigger-rule": undefined },
      ];
      writeFileSync(join(dir, "hooks.json"), JSON.stringify(hooks));
      return ["/usr/bin/webhook", "-hooks", join(dir, "hooks.json"), "-ip", "127.0.0.1", "-port", String(port), "-urlprefix", ""];
    },
  },
  script("httpbin", "httpbin_doors.py", "python3-httpbin", "/usr/lib/python3/dist-packages/httpbin"),
  script("fastapi", "fastapi_doors.py", "python3-fastapi python3-uvicorn", "/usr/lib/python3/dist-packages/fastapi"),
  script("flask-httpauth", "httpauth_doors.py", "python3-flask-httpauth", "/usr/lib/python3/dist-packages/flask_httpauth.py"),
  script("django-rest-framework", "rest_framework_doors.py", "python3-djangorestframework", "/usr/lib/python3/dist-packages/rest_framework"),
  script("aiohttp", "aiohttp_doors.py", "python3-aiohttp", "/usr/lib/python3/dist-packages/aiohttp"),
  script("falcon", "falcon_doors.py", "python3-falcon", "/usr/lib/python3/dist-packages/falcon"),
  {
    name: "sinatra",
    package: "ruby-sinatra",
    file: "/usr/share/doc/ruby-sinatra",
    command: (_, port) => ["/usr/bin/ruby", scriptFile("sinatra_doors.rb"), String(port)],
  },
  {
    name: "php",
    package: "php-cli",
    file: "/usr/bin/php",
    command: (dir, port) => ["/usr/bin/php", "-d", `session.save_path=${dir}`, "-S", `127.0.0.1:${port}`, scriptFile("session_doors.php")],
  },
];

/** bcrypt at its lowest cost. */
const bcrypt = [
  ["anna", "$2b$04$egQd4FQb2wDkzm87Oh4BSOJAQoSgmlAbwgDT5QlIYN3hcf2m.o.qK"],
  ["bert", "$2b$04$OtPzOH75t4dHrUS8Y.LlG.dp2Yz3SnBmjkoZ5NStctRa4lxwQz9aS"],
  ["cleo", "$2b$04$AAzG1dyCSpfxUmfT8xUHDejBW3BQmC14C99KPMeUe0xsmW6BuxgYy"],
] as const;

function webConfig(dir: string): string {
  const file = join(dir, "web.yml");
  writeFileSync(file, `basic_auth_users:\n${bcrypt.map(([name, hash]) => `  ${name}: ${hash}\n`).join("")}`);
  return file;
}

function aria2(name: string, options: readonly string[]): DebianService {
  const quiet = ["--no-conf", "--quiet", "--enable-dht=false", "--enable-dht6=false", "--bt-enable-lpd=false", "--rpc-listen-all=false"];
  return {
    name,
    package: "aria2",
    file: "/usr/bin/aria2c",
    command: (dir, port) => ["/usr/bin/aria2c", ...quiet, "--enable-rpc", `--rpc-listen-port=${port}`, `--dir=${dir}`, ...options],
  };
}

function registry(name: string, auth: (dir: string) => string): DebianService {
  return {
    name,
    package: "docker-registry",
    file: "/usr/bin/docker-registry",
    command: (dir, port) => {
      writeFileSync(join(dir, "bcrypt"), bcrypt.map(([user, hash]) => `${user}:${hash}\n`).join(""));
      writeFileSync(join(dir, "config.yml"), `version: 0.1\nlog: {level: error}\nstorage: {inmemory: {}}\nhttp: {addr: "127.0.0.1:${port}"}\n${auth(dir)}\n`);
      return ["/usr/bin/docker-registry", "serve", join(dir, "config.yml")];
    },
  };
}

function script(name: string, file: string, packages: string, installed: string): DebianService {
  return { name, package: packages, file: installed, command: (_, port) => ["/usr/bin/python3", scriptFile(file), String(port)] };
}

function scriptFile(name: string): string {
  return fileURLToPath(new URL(`./scripts/${name}`, import.meta.url));
}
