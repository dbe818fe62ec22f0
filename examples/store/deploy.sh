#!/bin/sh
# Deploys by hand. Three secrets that should not stand here.
export AWS_ACCESS_KEY_ID=AKIAEXAMPLEQ7VT2MXK9
curl -H "Authorization: Bearer vT2mXk9Zr4LbW8sYc1Hd5EXAMPLEq7Pn6Jw3Rf" https://leaf-kettle.example/graphql/
STRIPE_KEY=sk_live_EXAMPLEq7vT2mXk9Zr4LbW8sYc1Hd5
npx @saleor/configurator deploy
