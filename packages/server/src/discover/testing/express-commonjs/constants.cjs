exports.API = "/api";
exports.VERSIONS = ["v1", "v2"];
