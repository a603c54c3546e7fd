# SPDX-License-Identifier: Apache-2.0
# jq -n -r --slurpfile schema FILE -f schema.jq LINES: prints one line for each value that breaks the
# JSON Schema. Only these keywords are known; another keyword in the schema is an error.
def known: ["$schema", "title", "definitions", "$ref", "oneOf", "enum", "type", "properties",
    "required", "additionalProperties", "items", "minItems", "maxItems"];

def is_a($name):
    if $name == "integer" then type == "number" and . == floor else type == $name end;

def violations($root; $rule; $path):
    . as $value
    | if ($rule | keys) - known != [] then "the schema uses \(($rule | keys) - known)"
      elif $rule["$ref"] then
          violations($root; $root.definitions[$rule["$ref"] | ltrimstr("#/definitions/")]; $path)
      else
          (select($rule.enum and ($rule.enum | index([$value]) | not)) | "\($path): \(.) is none of \($rule.enum)"),
          (select($rule.type and ([$rule.type] | flatten | any(. as $name | $value | is_a($name)) | not))
              | "\($path): \(tojson) is no \($rule.type)"),
          (select($rule.oneOf)
              | [$rule.oneOf[] as $choice | [$value | violations($root; $choice; $path)]] as $tried
              | select($tried | map(select(. == [])) | length != 1)
              | "\($path): fits not exactly one choice: \($tried | map(select(. != [])) | min_by(length))"),
          (objects
              | (($rule.required // []) - keys | select(. != []) | "\($path): without \(.)"),
                (to_entries[] as $member
                    | ($rule.properties // {})[$member.key] as $property
                    | if $property then $member.value | violations($root; $property; "\($path).\($member.key)")
                      elif $rule.additionalProperties == false then "\($path): unknown \($member.key)"
                      elif $rule.additionalProperties then
                          $member.value | violations($root; $rule.additionalProperties; "\($path).\($member.key)")
                      else empty end)),
          (arrays
              | (select($rule.minItems and length < $rule.minItems) | "\($path): too short"),
                (select($rule.maxItems and length > $rule.maxItems) | "\($path): too long"),
                (select($rule.items) | .[] | violations($root; $rule.items; "\($path)[]")))
      end;

$schema[0] as $root | inputs | violations($root; $root; "line \(input_line_number)")
