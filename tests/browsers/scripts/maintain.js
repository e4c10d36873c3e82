// The body of an async function with Firefox's own rights: Firefox's maintenance of Places, statement by
// statement. Returns the rows that it changed. (Its checkCoherence calls coherent whatever it could repair.)
const { PlacesDBUtils } = ChromeUtils.importESModule("resource://gre/modules/PlacesDBUtils.sys.mjs");
const { PlacesUtils } = ChromeUtils.importESModule("resource://gre/modules/PlacesUtils.sys.mjs");

await PlacesDBUtils.checkIntegrity();
const statements = await PlacesDBUtils._getCoherenceStatements();
return PlacesUtils.withConnectionWrapper("harness", async (database) => {
  const list = async (query) =>
    (await database.execute(query)).map((row) => row.getResultByIndex(0));
  const dump = async () => {
    const rows = [];
    for (const schema of ["main", "favicons"]) {
      const tables = `SELECT name FROM ${schema}.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`;
      for (const table of await list(tables)) {
        const columns = await list(`SELECT name FROM pragma_table_info('${table}', '${schema}')`);
        const values = columns.map((column) => `quote("${column}")`).join(" || ', ' || ");
        rows.push(...(await list(`SELECT '${table}: ' || ${values} FROM ${schema}."${table}"`)));
      }
    }
    return rows;
  };
  const before = new Set(await dump());
  for (const { query, params } of statements) await database.execute(query, params || null);
  const after = new Set(await dump());
  return [
    ...[...before].filter((row) => !after.has(row)).map((row) => `gone ${row}`),
    ...[...after].filter((row) => !before.has(row)).map((row) => `new ${row}`),
  ];
});
