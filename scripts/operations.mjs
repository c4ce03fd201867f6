const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

/**
 * Every operation of an OpenAPI document, with its path and method.
 *
 * @throws Error that names, by method and path, operations without an operationId and those that share one
 */
export function operationsOf(document) {
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.keys(item)
      .filter((key) => METHODS.includes(key))
      .map((method) => ({ path, method, operation: item[method] })),
  );
  const owners = new Map();
  const faults = [];
  for (const { path, method, operation } of operations) {
    const place = `${method.toUpperCase()} ${path}`;
    const { operationId: id } = operation;
    if (!id) faults.push(`${place} has no operationId`);
    else if (owners.has(id))
      faults.push(`${place} has the operationId ${id}, which is that of ${owners.get(id)}`);
    else owners.set(id, place);
  }
  if (faults.length > 0) throw new Error(faults.join('\n'));
  return operations;
}
