/** True for names whose values prove something (password, one-time code, token) and so never name a subject. */
export function isSecretName(name: string): boolean {
  return (
    /pass(word|wd|phrase|code)|^pass$|^pwd|^otp|_otp$|otp_?code|^totp|^pin$|^code$|_code$|verification|secret|token|signature|^sig$|nonce|captcha|api_?-?key|^key$|challenge|^answer$|credential|^cvv|^cvc|csrf|assertion/.test(
      name.toLowerCase(),
    ) && !/country_?code|postal_?code|zip_?code|currency_?code|language_?code|^cc$/.test(name.toLowerCase())
  );
}
