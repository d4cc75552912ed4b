/// The page's script: sorting, which is a comfort and no more.
enum Script {
  static let source = """
    for (const table of document.querySelectorAll('table.sortable')) {
      const body = table.tBodies[0];
      const heads = [...table.tHead.rows[table.tHead.rows.length - 1].cells];
      const original = [...body.rows];
      heads.forEach((head, column) => {
        const button = document.createElement('button');
        button.type = 'button';
        button.append(...head.childNodes);
        head.append(button);
        button.addEventListener('click', () => {
          const was = head.getAttribute('aria-sort');
          const next = was === null ? 'descending' : was === 'descending' ? 'ascending' : null;
          heads.forEach(other => other.removeAttribute('aria-sort'));
          if (next === null) { body.append(...original); return; }
          head.setAttribute('aria-sort', next);
          const sign = next === 'ascending' ? 1 : -1;
          const key = row => {
            const cell = row.cells[column];
            const value = cell.dataset.v;
            if (value === '') return null;
            return value === undefined ? cell.textContent : value === 'inf' ? Infinity : Number(value);
          };
          body.append(...[...original].sort((a, b) => {
            const x = key(a), y = key(b);
            if (x === null || y === null) return (x === null) - (y === null);
            return sign * (x < y ? -1 : x > y ? 1 : 0);
          }));
        });
      });
    }

    """
}
