import type { Cell } from './csv';
import { unknown } from './number';

export interface Column {
  name: string;
  /** How a number of this column is written; a column without one is text. */
  format?: (value: number) => string;
}

function written(value: Cell, column: Column): string {
  if (value === null || value === undefined) return unknown;
  return typeof value === 'number' && column.format ? column.format(value) : String(value);
}

export function DataTable({ caption, columns, rows }: { caption: string; columns: Column[]; rows: Cell[][] }) {
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={caption}>
      <table>
        <caption className="visually-hidden">{caption}</caption>
        <thead>
          <tr>{columns.map((column) => <th key={column.name} scope="col" className={column.format ? 'number' : ''}>{column.name}</th>)}</tr>
        </thead>
        <tbody>
          {rows.map((row, i) => (
            <tr key={i}>
              {row.map((value, j) => {
                const column = columns[j]!;
                return j === 0 ? (
                  <th key={column.name} scope="row"><bdi>{written(value, column)}</bdi></th>
                ) : (
                  <td key={column.name} className={column.format ? 'number' : ''}><bdi>{written(value, column)}</bdi></td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
