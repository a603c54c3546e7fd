// SPDX-License-Identifier: Apache-2.0
// pod_schema.mjs CLIENT YAML-LIBRARY FILE...: holds each manifest to the types of the Kubernetes API as
// the package @kubernetes/client-node has them, which are made from its OpenAPI description: no unknown
// field, no missing one, and each value of its type.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [client, library, ...files] = process.argv.slice(2);
const yaml = (await import(pathToFileURL(library))).default;
const findings = [];

async function fieldsOf(type) {
  const module = await import(pathToFileURL(`${client}/dist/gen/models/${type}.js`));
  const declared = readFileSync(`${client}/dist/gen/models/${type}.d.ts`, 'utf8');
  return module[type].attributeTypeMap.map((field) => ({
    ...field,
    required: new RegExp(`^    '${field.name}': `, 'm').test(declared),
  }));
}

async function check(value, type, path) {
  const list = /^Array<(.*)>$/.exec(type);
  const map = /^{ \[key: string\]: (.*); }$/.exec(type);
  if (list) {
    if (!Array.isArray(value)) return findings.push(`${path}: no list`);
    for (const [i, item] of value.entries()) await check(item, list[1], `${path}[${i}]`);
  } else if (map) {
    for (const [key, item] of Object.entries(value)) await check(item, map[1], `${path}.${key}`);
  } else if (['string', 'number', 'boolean'].includes(type)) {
    if (typeof value !== type) findings.push(`${path}: ${JSON.stringify(value)} is no ${type}`);
  } else {
    if (value === null || typeof value !== 'object') return findings.push(`${path}: no ${type}`);
    const fields = await fieldsOf(type);
    for (const { baseName, required } of fields)
      if (required && !(baseName in value)) findings.push(`${path}.${baseName} is missing`);
    for (const [key, item] of Object.entries(value)) {
      const field = fields.find(({ baseName }) => baseName === key);
      if (field) await check(item, field.type, `${path}.${key}`);
      else findings.push(`${path}.${key}: ${type} has no such field`);
    }
  }
}

for (const file of files) {
  const pod = yaml.load(readFileSync(file, 'utf8'));
  await check(pod, `V1${pod.kind}`, file);
}
if (files.length === 0) findings.push('no manifest was given');
for (const finding of findings) console.log(finding);
process.exit(findings.length > 0 ? 1 : 0);
