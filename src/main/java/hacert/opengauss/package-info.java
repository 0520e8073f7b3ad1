/**
 * The target {@code opengauss}: a cluster whose server and client certificates {@code gs_om -t
 * cert} replaces. What is known of it stands in the manuals and was seen with the vendor's scripts;
 * docs/opengauss.md says what is done and why, docs/how-it-works.md how a rotation goes.
 *
 * <p>{@code OpenGaussTarget} and {@code OpenGaussNode} are the way in. Behind them:
 *
 * <ul>
 *   <li>what is there: {@code Installation}, {@code LocalNode}, {@code LocalFacts}, {@code
 *       ServerConfiguration}, {@code InstalledBundle}, {@code LeftOvers}, {@code VendorBackup};
 *   <li>what the vendor's commands print: the parsers, {@code GsOmOutput}, {@code ServerVersion};
 *   <li>what the nodes say together: {@code ClusterAssessment};
 *   <li>a bundle, from where: {@code NewBundle}, with {@code KeptAuthority}, {@code
 *       CertificateAuthority} and {@code BundleMaker}, or {@code BundlePackage}; {@code
 *       TrustChange} adds the CAs that stay trusted, {@code KeyPassword} writes the password;
 *   <li>whether it may be installed: {@code ServerBundlePolicy} and the classes of {@code …Rules};
 *   <li>what changes the cluster: {@code CertificateStep}, {@code CrlSetting}, {@code
 *       ClusterRestart}, by {@code GsOm}; {@code RestartReasons} says whether a restart is needed;
 *   <li>the proof: {@code ClusterProof}, over {@code Ports}.
 * </ul>
 */
package hacert.opengauss;
