/** Patterns the charts' looks refer to (charts.css): a legend in black and white still tells its parts apart. */
export function ChartPatterns() {
  return (
    <svg width="0" height="0" aria-hidden="true" className="chart-patterns">
      <defs>
        <pattern id="look-dots" width="5" height="5" patternUnits="userSpaceOnUse">
          <rect width="5" height="5" className="look-base" />
          <circle cx="1.3" cy="1.3" r="0.9" className="look-mark" /><circle cx="3.8" cy="3.8" r="0.9" className="look-mark" />
        </pattern>
        <pattern id="look-hatch" width="5" height="5" patternUnits="userSpaceOnUse">
          <rect width="5" height="5" className="look-base" />
          <path d="M-1 1 1-1M0 5 5 0M4 6 6 4" className="look-line" />
        </pattern>
      </defs>
    </svg>
  );
}
