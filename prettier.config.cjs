// The XML plugin is named on the command line: it is installed outside the repository.
module.exports = {
  bracketSpacing: false,
  printWidth: 88,
  proseWrap: "always",
  semi: true,
  trailingComma: "es5",
  xmlWhitespaceSensitivity: "preserve",
};
