'use strict';
// Figures as people read them; the same as in the terminal.

const isNumber = value => typeof value === 'number' && Number.isFinite(value);

function digits(value) {
  const size = Math.abs(value);
  if (size >= 100 || Number.isInteger(value)) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toFixed(size >= 10 ? 1 : size >= 1 ? 2 : 3)));
}

function bytes(value) {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let scale = 0;
  while (Math.abs(value) >= 1000 && scale < units.length - 1) {
    value /= 1000;
    scale++;
  }
  return digits(value) + ' ' + units[scale];
}

function quantity(value, unit) {
  if (!isNumber(value)) return 'not measured';
  switch (unit) {
    case 'ms': return Math.abs(value) < 1000 ? digits(value) + ' ms' : digits(value / 1000) + ' s';
    case 'B': return bytes(value);
    case '': return digits(value);
    case '%': return digits(value) + '%';
    case '/s': return digits(value) + '/s';
    default: return digits(value) + ' ' + unit;
  }
}

/** Seconds as minutes and seconds. */
function clock(t) {
  const whole = Math.round(t);
  const minutes = Math.floor(whole / 60);
  const seconds = String(whole % 60).padStart(2, '0');
  if (minutes < 60) return minutes + ':' + seconds;
  return Math.floor(minutes / 60) + ':' + String(minutes % 60).padStart(2, '0') + ':' + seconds;
}

function duration(seconds) {
  return seconds < 120 ? digits(seconds) + ' s' : clock(seconds) + ' (' + digits(seconds) + ' s)';
}

function time(instant) {
  const date = new Date(instant);
  return Number.isNaN(date.getTime()) ? String(instant) : date.toISOString().replace('T', ' ').replace(/\..*/, ' UTC');
}
