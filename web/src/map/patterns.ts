/** Fill patterns and point symbols, drawn at run time at twice the screen's pixels: no sprite file, no request. */
import type { MapColours } from './palette';

export interface PatternImage {
  width: number;
  height: number;
  data: Uint8ClampedArray;
}

const size = 16;

function channels(hex: string): [number, number, number] {
  const value = parseInt(hex.slice(1, 7), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

/** A tile whose pixels are `colour` with the opacity `cover(x, y)` gives at pixel centres. */
function tile(colour: string, opacity: number, cover: (x: number, y: number) => number): PatternImage {
  const [r, g, b] = channels(colour);
  const data = new Uint8ClampedArray(size * size * 4);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const alpha = Math.min(1, Math.max(0, cover(x + 0.5, y + 0.5)));
      data.set([r, g, b, Math.round(255 * opacity * alpha)], 4 * (y * size + x));
    }
  }
  return { width: size, height: size, data };
}

/** Cover of a line `width` pixels wide along x + sign*y = 0, repeated every `size` pixels, with one pixel of smoothing. */
function diagonal(x: number, y: number, sign: 1 | -1, width: number): number {
  const along = (((x + sign * y) % size) + size) % size;
  const distance = Math.min(along, size - along) / Math.SQRT2;
  return width / 2 - distance + 0.5;
}

export const diagonalHatch = (colour: string, width = 2): PatternImage =>
  tile(colour, 0.85, (x, y) => diagonal(x, y, 1, width));

export const crossHatch = (colour: string, width = 1.6): PatternImage =>
  tile(colour, 0.85, (x, y) => Math.max(diagonal(x, y, 1, width), diagonal(x, y, -1, width)));

export const dots = (colour: string, radius = 1.7): PatternImage =>
  tile(colour, 0.9, (x, y) =>
    Math.max(
      radius - Math.hypot(x - size / 4, y - size / 4) + 0.5,
      radius - Math.hypot(x - (3 * size) / 4, y - (3 * size) / 4) + 0.5,
    ),
  );

/** Every pattern of the style by the name its layers use. */
export function patterns(colours: MapColours): Record<string, PatternImage> {
  return {
    'cha-hatch': crossHatch(colours.chaOutline),
    'sha-hatch': diagonalHatch(colours.shaOutline),
    'reduced-dots': dots(colours.reduced),
  };
}

type Draw = (context: CanvasRenderingContext2D, colours: MapColours) => void;

/** Symbols on a 24 x 24 grid with a halo. Shape tells the kind, colour only helps. */
const drawings: Record<string, Draw> = {
  // A burst: someone was harmed here.
  accident: (context, colours) => {
    context.beginPath();
    for (let i = 0; i < 16; i++) {
      const radius = i % 2 === 0 ? 9 : 4.6;
      const angle = (i * Math.PI) / 8 - Math.PI / 2;
      context.lineTo(12 + radius * Math.cos(angle), 12 + radius * Math.sin(angle));
    }
    context.closePath();
    context.lineWidth = 2.6;
    context.strokeStyle = colours.halo;
    context.stroke();
    context.fillStyle = colours.accident;
    context.fill();
    context.beginPath();
    context.arc(12, 12, 2, 0, 2 * Math.PI);
    context.fillStyle = colours.halo;
    context.fill();
  },
  // A square with a roof: something is to be built or people return.
  project: (context, colours) => {
    context.beginPath();
    context.moveTo(5, 19);
    context.lineTo(5, 11);
    context.lineTo(12, 5);
    context.lineTo(19, 11);
    context.lineTo(19, 19);
    context.closePath();
    context.lineJoin = 'round';
    context.lineWidth = 4;
    context.strokeStyle = colours.halo;
    context.stroke();
    context.fillStyle = colours.project;
    context.fill();
  },
  // A flag on a staff: a team's base.
  team: (context, colours) => {
    const path = new Path2D('M7 3v18M7 4l11 4-11 5');
    context.lineJoin = 'round';
    context.lineCap = 'round';
    context.lineWidth = 5;
    context.strokeStyle = colours.halo;
    context.stroke(path);
    context.lineWidth = 2;
    context.strokeStyle = colours.task;
    context.fillStyle = colours.task;
    context.fill(new Path2D('M7 4l11 4-11 5z'));
    context.stroke(path);
  },
};

export function symbols(colours: MapColours): Record<string, ImageData> {
  const images: Record<string, ImageData> = {};
  for (const [name, draw] of Object.entries(drawings)) {
    const canvas = document.createElement('canvas');
    canvas.width = 48;
    canvas.height = 48;
    const context = canvas.getContext('2d');
    if (!context) continue;
    context.scale(2, 2);
    draw(context, colours);
    images[name] = context.getImageData(0, 0, 48, 48);
  }
  return images;
}
