// `npm run build`: brings compiled code and console up to date with their sources.
import { prepare } from "./prepare.mjs";

await prepare();
