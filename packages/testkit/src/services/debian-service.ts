import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface DebianService {
  readonly name: string;
  /** One name, or several with a space between. */
  readonly package: string;
  /** There when the package is installed. */
  readonly file: string;
  /** Writes what it needs below `dir` and gives the command that serves on `port` in the foreground. */
  readonly command: (dir: string, port: number) => readonly string[];
}

/** Users of every service. */
export const passwords: Readonly<Record<string, string>> = { anna: "pass-anna", bert: "pass-bert", cleo: "pass-cleo" };

/** Files `records/0` to `records/7` below `www`, and the users in the forms servers read: `users` with SHA-1, `plain`, `bcrypt` and `digest`. */
export function www(dir: string): void {
  mkdirSync(join(dir, "www", "records"), { recursive: true });
  for (let id = 0; id < 8; id++) writeFileSync(join(dir, "www", "records", String(id)), `record ${id}\n`);
  const sha = (text: string): string => createHash("sha1").update(text).digest("base64");
  const lines = (line: (name: string, text: string) => string): string =>
    Object.entries(passwords)
      .map(([name, text]) => `${line(name, text)}\n`)
      .join("");
  writeFileSync(
    join(dir, "users"),
    lines((name, text) => `${name}:{SHA}${sha(text)}`),
  );
  writeFileSync(
    join(dir, "plain"),
    lines((name, text) => `${name}:${text}`),
  );
}

export function nginx(name: string, locations: (dir: string) => string): DebianService {
  return {
    name,
    package: "nginx-light",
    file: "/usr/sbin/nginx",
    command: (dir, port) => {
      www(dir);
      const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((kind) => `${kind}_temp_path ${dir}/${kind};`).join(" ");
      const user = process.getuid?.() === 0 ? "user root;" : "";
      const text = `${user} daemon off; pid ${dir}/pid; error_log ${dir}/error.log; events {} http { access_log off; ${temporary} server { listen 127.0.0.1:${port}; ${locations(dir)} } }`;
      writeFileSync(join(dir, "nginx.conf"), text);
      return ["/usr/sbin/nginx", "-c", join(dir, "nginx.conf"), "-e", join(dir, "error.log")];
    },
  };
}

export function lighttpd(method: "basic" | "digest"): DebianService {
  return {
    name: `lighttpd-${method}`,
    package: "lighttpd",
    file: "/usr/sbin/lighttpd",
    command: (dir, port) => {
      www(dir);
      const config = join(dir, "lighttpd.conf");
      writeFileSync(
        config,
        `server.bind="127.0.0.1"\nserver.port=${port}\nserver.document-root="${dir}/www"\nserver.modules=("mod_access","mod_auth","mod_authn_file")\nmimetype.assign=(""=>"text/plain")\nauth.backend="plain"\nauth.backend.plain.userfile="${dir}/plain"\nauth.require=(""=>("method"=>"${method}","realm"=>"x","require"=>"valid-user"))\n`,
      );
      return ["/usr/sbin/lighttpd", "-D", "-f", config];
    },
  };
}

export function python(name: string, module: string, text: string): DebianService {
  const imported = module === "cherrypy3" ? "cherrypy" : module;
  const single = module === "bottle" ? ".py" : "";
  return {
    name,
    package: `python3-${module}`,
    file: `/usr/lib/python3/dist-packages/${imported}${single}`,
    command: (dir, port) => {
      const known = `PORT = ${port}\nUSERS = ${JSON.stringify(passwords)}\nTOKENS = [f'token-of-{name}-0123456789' for name in USERS]\n`;
      writeFileSync(join(dir, `${name}-service.py`), `${known}${text}\n`);
      return ["/usr/bin/python3", join(dir, `${name}-service.py`)];
    },
  };
}
