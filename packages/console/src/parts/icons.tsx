import type { ReactNode } from "react";

/** The gate: an arch in a wall, its door ajar. */
export function Mark({ size = 22 }: { readonly size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="2"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      className="shrink-0 text-brand"
    >
      <path d="M3 21V11a9 9 0 0 1 18 0v10" />
      <path d="M8 21v-9a4 4 0 0 1 8 0v9l-5-2.2V12" />
    </svg>
  );
}

export const OverviewIcon = icon(<path d="M2 11h2.5L6.5 4l3 9 2-5H14" />);
export const EndpointsIcon = icon(<path d="M3 3v10M3 5h4m-4 6h4M9.500 3.500h4v3h-4zm0 6h4v3h-4z" />);
export const SpecsIcon = icon(<path d="M4 1.500h5.500l3 3v10H4zM9.500 1.500v3h3M6.200 8h4M6.200 11h4" />);
export const ChangesIcon = icon(<path d="M8 2.200a5.800 5.800 0 1 1-5.400 3.700M2.200 2.500v3.500h3.500M8 5v3.300l2.300 1.400" />);
export const MoreIcon = icon(<path d="M3 8h.1M8 8h.1M13 8h.1" />);
export const FindingsIcon = icon(<path d="M8 1.800 14.500 13.500h-13zM8 6.200v3.300m0 2v.1" />);
export const IncidentsIcon = icon(<path d="M4 12V7.500a4 4 0 0 1 8 0V12m-10 0h12M8 1.500v1M2 4l.8.6M14 4l-.8.6M6.500 14.500h3" />);
export const DisclosuresIcon = icon(
  <path d="M1.500 8S4 3.500 8 3.500 14.500 8 14.500 8 12 12.500 8 12.500 1.500 8 1.500 8Zm6.500 1.800a1.800 1.800 0 1 0 0-3.600 1.800 1.800 0 0 0 0 3.600Z" />,
);
export const ThemeIcon = icon(<path d="M8 1.800a6.200 6.200 0 1 0 0 12.400zM8 1.800a6.200 6.200 0 0 1 0 12.400" />);

function icon(path: ReactNode) {
  return function Icon() {
    return (
      <svg
        width="16"
        height="16"
        viewBox="0 0 16 16"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeLinecap="round"
        strokeLinejoin="round"
        aria-hidden="true"
        className="shrink-0"
      >
        {path}
      </svg>
    );
  };
}
