import type { Format } from "./source.ts";

/** Every format by the name that operators give, in the order it is told. */
export const formatNames: readonly Format[] = ["ndjson", "har", "combined", "common", "json", "haproxy", "alb", "envoy", "w3c"];

/** What else people call them. A log of these servers in another format is told by its own name. */
export const formatAliases: Readonly<Record<string, Format>> = {
  nginx: "combined",
  "nginx-timed": "combined",
  apache: "combined",
  vhost_combined: "combined",
  "traefik-clf": "combined",
  clf: "common",
  "nginx-json": "json",
  caddy: "json",
  traefik: "json",
  "traefik-json": "json",
  "envoy-json": "json",
  istio: "envoy",
  httplog: "haproxy",
  httpslog: "haproxy",
  "aws-alb": "alb",
  cloudfront: "w3c",
  iis: "w3c",
};

/** The formats as one line says them. */
export const formatsInWords =
  "ndjson (exchange NDJSON), har (HAR 1.2), combined and common (Apache and nginx, also with a vhost or times; Traefik), json (nginx, Caddy, Traefik, Envoy and other JSON access logs), " +
  "haproxy (httplog), alb (AWS load balancer), envoy (its text format, also Istio's), w3c (CloudFront, IIS), each also gzipped";
