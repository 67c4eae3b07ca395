"use strict";

(() => {
  // Swagger UI has dark colors behind a class; the system's preference decides, at any moment.
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const paint = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
  dark.addEventListener("change", paint);
  paint();

  // Every error has the same form: its example is there for who wants it, folded.
  const isErrorExample = (specPath) => {
    const path = specPath && specPath.toJS ? specPath.toJS() : [];
    const responses = path.indexOf("responses");
    return responses >= 0 && /^[45]/.test(String(path[responses + 1]));
  };
  const foldErrorExamples = () => ({
    wrapComponents: {
      modelExample: (Original, system) => (props) => {
        const example = system.React.createElement(Original, props);
        return isErrorExample(props.specPath)
          ? system.React.createElement(
              "details",
              { className: "folded-example" },
              system.React.createElement("summary", null, "Example"),
              example,
            )
          : example;
      },
    },
  });

  SwaggerUIBundle({
    url: "openapi.json",
    dom_id: "#reference",
    deepLinking: true,
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
    defaultModelExpandDepth: 2,
    displayRequestDuration: true,
    validatorUrl: null,
    presets: [SwaggerUIBundle.presets.apis],
    plugins: [foldErrorExamples],
  });
})();
