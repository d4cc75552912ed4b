/// The page's script: sorting, filtering and opening rows. Without it every row is there, opened.
enum Script {
  static let source = sorting + opening + filtering + start

  private static let sorting = """
    const open = (row, wanted) => {
      const button = row.querySelector('button.open');
      const detail = document.getElementById(button.getAttribute('aria-controls'));
      button.setAttribute('aria-expanded', String(wanted));
      detail.hidden = !wanted || row.hidden;
    };
    const isOpen = row => row.querySelector('button.open').getAttribute('aria-expanded') === 'true';
    const withDetail = row => row.nextElementSibling && row.nextElementSibling.className === 'detail'
      ? [row, row.nextElementSibling] : [row];
    const makeSortable = table => {
      const body = table.tBodies[0];
      const heads = [...table.tHead.rows[table.tHead.rows.length - 1].cells];
      const original = [...body.rows].filter(row => row.className !== 'detail').map(withDetail);
      const key = (row, column) => {
        const value = row.cells[column].dataset.v;
        if (value === '') return null;
        return value === undefined ? row.cells[column].textContent : value === 'inf' ? Infinity : Number(value);
      };
      const sort = (head, column) => {
        const was = head.getAttribute('aria-sort');
        const next = was === null ? 'descending' : was === 'descending' ? 'ascending' : null;
        heads.forEach(other => other.removeAttribute('aria-sort'));
        if (next !== null) head.setAttribute('aria-sort', next);
        const sign = next === 'ascending' ? 1 : -1;
        const rows = next === null ? original : [...original].sort((a, b) => {
          const x = key(a[0], column), y = key(b[0], column);
          if (x === null || y === null) return (x === null) - (y === null);
          return sign * (x < y ? -1 : x > y ? 1 : 0);
        });
        body.append(...rows.flat());
      };
      heads.forEach((head, column) => {
        const button = document.createElement('button');
        button.type = 'button';
        button.append(...head.childNodes);
        head.append(button);
        button.addEventListener('click', () => sort(head, column));
      });
    };

    """

  private static let opening = """
    const rows = [...document.querySelectorAll('tr.row')];
    const openTarget = () => {
      const row = document.getElementById(location.hash.slice(1));
      if (!row || !row.classList.contains('row')) return;
      if (row.hidden) clearFilter();
      open(row, true);
      row.scrollIntoView({ block: 'start' });
      row.querySelector('button.open').focus({ preventScroll: true });
    };

    """

  private static let filtering = """
    const form = document.getElementById('filter');
    const field = name => document.getElementById('filter-' + name);
    const applyFilter = () => {
      const words = field('text').value.toLowerCase().split(/\\s+/).filter(word => word);
      const kind = field('kind').value, status = field('status').value;
      let count = 0;
      for (const row of rows) {
        const text = row.cells[0].textContent.toLowerCase();
        row.hidden = !(words.every(word => text.includes(word)) && (!kind || row.dataset.kind === kind)
          && (!status || row.dataset.status.split(' ').includes(status)));
        count += row.hidden ? 0 : 1;
        open(row, isOpen(row));
      }
      field('count').textContent = count === rows.length ? '' : `${count} of ${rows.length} layers`;
    };
    const clearFilter = () => { form.reset(); applyFilter(); };

    """

  private static let start = """
    document.querySelectorAll('table.sortable').forEach(makeSortable);
    rows.forEach(row => row.querySelector('button.open').addEventListener('click', () => open(row, !isOpen(row))));
    if (form) {
      form.hidden = false;
      form.addEventListener('submit', event => event.preventDefault());
      form.addEventListener('input', applyFilter);
      form.addEventListener('keydown', event => { if (event.key === 'Escape') clearFilter(); });
      const all = document.getElementById('open-all');
      all.addEventListener('click', () => {
        const wanted = all.getAttribute('aria-pressed') !== 'true';
        all.setAttribute('aria-pressed', String(wanted));
        rows.forEach(row => open(row, wanted));
      });
    }
    addEventListener('hashchange', openTarget);
    openTarget();

    """
}
