/** The driver in a page; chromium-driver.ts brings the commands. */
import { drive } from "./drive.js";

const page = window as any;
page.take = drive((line) => page.report(line), undefined, () => sessionStorage.clear());
