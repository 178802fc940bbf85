import type { ReactNode } from 'react';

/** Drawn on a 20 x 20 grid with 1.6 strokes; always beside a text or an aria-label, so hidden from screen readers. */
function Icon({ children }: { children: ReactNode }) {
  return (
    <svg className="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" fill="none" stroke="currentColor"
      strokeWidth="1.6" strokeLinecap="round" strokeLinejoin="round">
      {children}
    </svg>
  );
}

export const SearchIcon = () => <Icon><circle cx="9" cy="9" r="5.2" /><path d="m13 13 4 4" /></Icon>;
export const CloseIcon = () => <Icon><path d="m5 5 10 10M15 5 5 15" /></Icon>;
export const PlusIcon = () => <Icon><path d="M10 4v12M4 10h12" /></Icon>;
export const MinusIcon = () => <Icon><path d="M4 10h12" /></Icon>;
export const HomeIcon = () => <Icon><path d="M4 7V4h3M13 4h3v3M16 13v3h-3M7 16H4v-3" /></Icon>;
export const LayersIcon = () => <Icon><path d="m10 3.5 7 3.7-7 3.7-7-3.7zM3.5 11 10 14.4 16.5 11" /></Icon>;
export const SunIcon = () => <Icon><circle cx="10" cy="10" r="3.2" /><path d="M10 2.5v2M10 15.5v2M2.5 10h2M15.5 10h2M4.7 4.7l1.4 1.4M13.9 13.9l1.4 1.4M15.3 4.7l-1.4 1.4M6.1 13.9l-1.4 1.4" /></Icon>;
export const MoonIcon = () => <Icon><path d="M16.2 12.2A6.8 6.8 0 0 1 7.8 3.8a6.8 6.8 0 1 0 8.4 8.4z" /></Icon>;
export const DirectionIcon = () => <Icon><path d="M3 7h13M13 4l3 3-3 3M17 14H4M7 11l-3 3 3 3" /></Icon>;
export const DownloadIcon = () => <Icon><path d="M10 3.5v9M6.2 9 10 12.8 13.8 9M4 16.5h12" /></Icon>;
export const PrintIcon = () => <Icon><path d="M6 7.5V3.5h8v4M6 14H3.5V7.5h13V14H14M6 11.5h8v5H6z" /></Icon>;
export const ChevronIcon = () => <Icon><path d="m6 8 4 4 4-4" /></Icon>;
export const PinIcon = () => <Icon><path d="M10 17.5s5.2-5 5.2-9.2a5.2 5.2 0 0 0-10.4 0c0 4.2 5.2 9.2 5.2 9.2z" /><circle cx="10" cy="8.3" r="1.8" /></Icon>;
export const ChartIcon = () => <Icon><path d="M4 16.5V9M8 16.5V4M12 16.5v-6M16 16.5V7" /></Icon>;
export const TableIcon = () => <Icon><path d="M3.5 4.5h13v11h-13zM3.5 8.2h13M3.5 11.9h13M8.5 4.5v11" /></Icon>;
export const WarningIcon = () => <Icon><path d="M10 3.2 17.5 16h-15zM10 8v3.6M10 13.8v.1" /></Icon>;
export const TargetIcon = () => <Icon><circle cx="10" cy="10" r="4.5" /><path d="M10 2.5v4M10 13.5v4M2.5 10h4M13.5 10h4" /></Icon>;

export function Mark() {
  return (
    <svg className="mark" viewBox="0 0 32 32" width="26" height="26" aria-hidden="true">
      <rect width="32" height="32" rx="7" fill="#0f4c5f" />
      <path d="M5 22.5 12 14l4.5 5 4-4.5L27 22.5" fill="none" stroke="#fff" strokeWidth="2.6" strokeLinecap="round" strokeLinejoin="round" />
      <path d="M5 27h22" stroke="#e9b949" strokeWidth="2.6" strokeLinecap="round" />
    </svg>
  );
}
